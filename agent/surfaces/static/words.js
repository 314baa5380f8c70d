// What the page says, in both languages.

const WORDS = {
  en: {
    title: "Tastemaker", skip: "Skip to the conversation", chat: "Chat", reviews: "Reviews", about: "How it decides",
    you: "What I know about you", me: "You", account: "Account", user: "User", token: "Access token", done: "Done",
    fresh: "New conversation", send: "Send", stop: "Stop", other: "中文", close: "Close",
    placeholder: "What are you in the mood for?", prompt: "Your message",
    hello: "What would you like?", helloMore: "Say it in your own words, in English or Chinese. Add conditions as you go.",
    notice: "You are talking to an AI. Titles and facts come from the catalogue; the sentences are written by a language model and checked against them.",
    thinking: "Looking…", reconnecting: "The connection dropped. Trying again…", stopped: "Stopped.",
    lost: "The server cannot be reached. Your message is kept; send it again in a moment.",
    degraded: "The language model is not available: this answer follows rules and template sentences.",
    starting: "Not ready yet: ", loading: "The language model is loading; answers are plain until it is ready.",
    off: "No language model is running: answers follow rules and template sentences.",
    match: "Match", why: "Why this one", facts: "All facts", trace: "How this answer came about", sponsored: "Sponsored",
    step: "step", found: "candidates", time: "ms", details: "details",
    force: "Conditions in force", remove: "Remove", again: "Show me what there is without that condition.",
    like: "Like", dislike: "Not for me", seen: "Seen it", noted: "Noted. It counts from your next message.",
    learned: "Taken into account: ", liked: "you like ", disliked: "not for you: ", known: "you know ",
    inBrief: "In brief", interests: "You often like", avoids: "You tend to avoid", lately: "More of it lately",
    group: "People like you", facing: "About you", history: "Latest", stated: "You said you like",
    addTaste: "Tell me what you love", add: "Add", forget: "Forget", forgetAll: "Forget what I said", save: "Save",
    profiling: "Use my history to recommend", profilingOff: "Your history is not used. Recommendations are the same for everyone.",
    nothing: "Nothing yet. Like something on a card, or tell me what you love.", ofLiked: " liked",
    download: "Download my data", erase: "Erase everything about me",
    eraseSure: "Erase your profile, history and conversations for good?", erased: "Everything about you was erased.",
    cancel: "Cancel", writtenBy: "written by the language model", writtenRules: "from a template",
    noReviews: "No text waits for review.", approve: "Approve", reject: "Reject", reasons: "Flagged for",
    parameters: "The main parameters of the ranking, as they run now.", failed: "That did not work: ",
  },
  zh: {
    title: "Tastemaker", skip: "跳到对话", chat: "对话", reviews: "人工审核", about: "推荐依据",
    you: "我对你的了解", me: "关于我", account: "账户", user: "用户", token: "访问令牌", done: "完成",
    fresh: "新对话", send: "发送", stop: "停止", other: "English", close: "关闭",
    placeholder: "今天想看点什么？", prompt: "你的消息",
    hello: "想要点什么？", helloMore: "用自己的话说就好，中文英文都行，条件可以边聊边加。",
    notice: "你正在与人工智能对话。标题和事实来自目录；句子由语言模型撰写，并与目录核对。",
    thinking: "正在查找…", reconnecting: "连接中断，正在重试…", stopped: "已停止。",
    lost: "无法连接服务器。你的消息已保留，请稍后再发。",
    degraded: "语言模型暂不可用：本回答由规则和模板句子生成。",
    starting: "尚未就绪：", loading: "语言模型正在加载，就绪之前的回答较为简单。",
    off: "没有运行语言模型：回答由规则和模板句子生成。",
    match: "匹配度", why: "推荐理由", facts: "全部信息", trace: "这个回答是怎么来的", sponsored: "赞助",
    step: "步骤", found: "候选", time: "毫秒", details: "细节",
    force: "当前条件", remove: "去掉", again: "去掉这个条件，再看看有什么。",
    like: "喜欢", dislike: "不适合我", seen: "看过了", noted: "记下了，从你的下一条消息起生效。",
    learned: "已考虑：", liked: "你喜欢", disliked: "不适合你：", known: "你看过",
    inBrief: "概括", interests: "你常喜欢", avoids: "你不太喜欢", lately: "最近更常选",
    group: "与你相似的人", facing: "关于你", history: "最近", stated: "你说过喜欢",
    addTaste: "告诉我你喜欢什么", add: "添加", forget: "忘掉", forgetAll: "忘掉我说过的", save: "保存",
    profiling: "用我的历史来推荐", profilingOff: "不再使用你的历史，推荐与其他人相同。",
    nothing: "还没有。在卡片上点“喜欢”，或告诉我你喜欢什么。", ofLiked: " 次喜欢",
    download: "下载我的数据", erase: "删除我的一切数据",
    eraseSure: "要永久删除你的画像、历史和对话吗？", erased: "你的所有数据已删除。",
    cancel: "取消", writtenBy: "由语言模型撰写", writtenRules: "由模板生成",
    noReviews: "没有等待审核的文本。", approve: "通过", reject: "拒绝", reasons: "标记原因",
    parameters: "排序的主要参数，与当前运行一致。", failed: "没有成功：",
  },
};

let language = localStorage.getItem("language") || (navigator.language.startsWith("zh") ? "zh" : "en");

export const current = () => language;
export const say = (key) => WORDS[language][key];

export function choose(other) {
  language = other;
  localStorage.setItem("language", other);
}
