"""Words that a request is made of. None is taken for a misspelt name, nor alone for a value that is no facet."""

import re

EVERYDAY = frozenset(
    re.findall(
        r"\w+",
        """
a about above actually add afraid after again against ages agree ahead all almost alone along already also although
always am amazing among an and animal another answer any anybody anymore anyone anything anyway apart appreciate are
around as ask asked asking at atmosphere audience available avoid away awesome awful baby back bad badly be beautiful
because become been before began begin behind being believe below best better between big birthday bit bored boring
both bother bottom boy boyfriend boys break brilliant bring brother brought build busy but buy by call called calm came
can cannot care careful case cause certain certainly chance change character characters charming cheap check child
choice choices choose chose city classic clean clear clever close clothes cold collection color come comes coming
common complete completely could couple course cover crazy create crime cute daily dance dark date daughter day days
dead deal dear death decent decide deep definitely did didn different difficult dinner do does doesn dog doing dollars
don done doubt down dream dreams drink drive during each earlier early easily easy eat either else emotional end ending
engaging english enjoy enjoyable enjoyed enough entertaining entire especially even evening ever every everybody
everyone everything exactly example excellent except exciting expect expensive experience extra eye eyes face fact fair
fall famous fan fans fancy fantastic far fast father favor favorite favourite feature feel feeling feels felt few fight
film films final finally find fine finish finished first fit five follow food foot for forget found four free fresh
friday friend friendly friends from fun fully further future game games general gentle get gets getting gift girl
girlfriend girls give gives giving glad go goes going gone good got grand great greatest group grow guess guy guys had
hair half hand handle happen happened happy hard hardly has hate have having he head hear heard heart heavy heavily
hello help her here hero herself hey hidden high highly him himself his history hold holiday home honest honestly hope
hoping horse hot hour hours house how however huge human hundred hurry husband idea ideas if ignore imagine important
impossible impressive in include including incredible indeed inside inspired inspiring instead intense interest
interested interesting into is isn issue it item items its itself job join joke joy just keep kid kids kind kinda knew
know known lady large last late lately later laugh laughs laughing lead learn learned least leave left length less let
level life light like liked likely likes line list listen little live lively living local long longer look looking
looks lost lot lots love loved lovely loves low lower lucky lunch made magic main major make makes making man many
march mark marry master match matter may maybe me mean meaning means meant meet men mention mess middle might mild mind
minute minutes miss mistake mixed modern moment monday money month months mood more morning most mostly mother move
moved movie movies moving much must my myself name near nearly necessary need needed needs neither nerves never new
news next nice night nights no nobody none nor normal not nothing notice now number obvious odd of off offer office
often okay old older on once one ones only open opinion option options or order ordinary original other others our out
outside over overall own pace paced page pages pain pair parents part partner parts party pass past people perfect
perfectly perhaps person phone pick picked picks picture piece place places plan plans play played player players
playing please pleasant pleased plenty plot plus point popular possible possibly power prefer preferably present pretty
price prices probably problem product proper properly public pull pure purpose put question quick quickly quiet quite
rainy random rather read reader reading ready real realistic really reason reasonable recent recently recommend
recommendation recommendations recommended red relax relaxed relaxing release released remember remind repeat reply
request rest result results return review reviews right road romance room run running sad safe said same saturday save
saw say says scare scared scene school screen search season second see seem seems seen sell send sense serious
seriously series set setting several shall share sharp she shop short shorter should show showing shows sick side
similar simple simply since single sister sit skip sleep slow slowly small smart smile so social soft solid some
somebody somehow someone something sometimes somewhat somewhere son song songs soon sorry sort sound sounds space
special spend spent spirit spot spring stand star stars start started starting state stay step stick still stood stop
stories story straight strange street stress stressed strong stuff style subject such suggest suggestion suggestions
suit suitable summer sunday super superb sure surprise surprised surprising suspense sweet table take taken takes
taking tale talk talking taste team tell ten tender tense terrible than thank thanks that the their them theme themes
then there these they thing things think thinking third this those though thought three thrilled through thursday time
times tired title titles to today together told tomorrow tonight too took top topic total totally touch touching tough
town track tracks treat tried trip trouble true trust truth try trying tuesday turn twice two type types ugly under
understand unless until unusual up upon upset us use used useful usual usually variety various very video videos view
vote wait waiting walk wander want wanted wants warm was waste watch watched watching way ways we weather wednesday
week weekend weeks weird well went were what whatever when where whether which while white who whole whose why wide
wife will win winter wise wish with within without woman women wonder wonderful word words work working works world
worried worry worse worst worth would write writing wrong year years yes yesterday yet you young younger yours newer
cheaper lighter heavier harder easier simpler smaller larger bigger newest latest oldest cheapest shortest longest
highest lowest rated reviewed ideally your yourself accident action actors address adult advice agent alien animals
anger angry april article artist attack auction author autumn award beach bench blood board boat bodies body book books
bottle brain brand bread breath bridge bright broken brown budget business camera camp captain carton castle catch
cattle center central century challenge chair charge charm chicken christmas church claim class clock cloud club coast
coffee colour comfort comfortable compare computer concern condition consider content control cook cooking cool corner
correct cost count country county court cousin crown culture current custom danger dealer debate degree delight deliver
depth desert design desk detail device digital direct director discover discuss doctor dozen drama dress driver earth
east editor effect eight electric empty enemy energy engine equal escape event exact excuse exercise exist expert
explain express factor factory family farm fashion fault fear fever fiction field fifty figure fire fish flash flight
floor flower focus forest formal former forty forward freedom french front funny garden gather genre german ghost glass
goal gold golden govern grace grade green ground guard guest guide guilty habit happiness harbor health hearing heaven
height honey honor hospital hotel humor hunger hunting idiot image impact inner insane island jacket japan journey
judge juice juncture justice kitchen knight lack language laptop laughter launch lawyer leader league leather legal
legend lesson letter library limit liquid lonely lover loyal machine manner market mastery material maximum meal
measure medal media medical melody member memory mental message metal meter method military minimum minor mirror
mission model mountain mouth music musicians mystical nation natural nature needle network noise north novel nurse
object ocean officer opera orange organ origin owner paint palace panic paper parent park patient peace pencil pepper
period phrase piano pilot planet plane plant plastic plate pleasure pocket poem poetry police policy poor portrait
positive post poverty practice pressure prince prison private process professor profit program project promise protect
proud provide purple puzzle quality queen quest quote racing radio range rapid rate rating reach react record region
regular relation relative remain remote report rescue respect reward rhythm river robot rocket romantic round route
royal rural sample science scientist score secret section secure select senior service seven shadow shape shelter shirt
shock shooting shore shoulder signal silence silent silver singer skill smooth snow society soldier solve south
southern speech speed sport square stage station steady steel stone store storm stream student studio study success
sugar sunny supply support surface surgery survive sword system target teacher theater theatre theory thick thief thin
thirty thousand thriving throat throw thunder ticket tiger tongue tower trade trail train travel tree trial tribe trick
troop truck twelve twenty uncle union unique unit valley value vehicle version victim village violence violent visit
vision visual voice volume wealth weapon wedding weight west wheel wild window wine wing wooden worker writer yellow
youth speak speaks speaking spoke spoken
""",
    )
)
# Values that are no kind of anything, and codes that are words.
NO_VALUE = frozenset(
    re.findall(
        r"\w+",
        "other others none unknown all any new misc yes no na n a the it is in or so to and more general",
    )
)
