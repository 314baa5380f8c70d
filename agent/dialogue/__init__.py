"""What a conversation adds to a turn: who is meant, what is in force, what can be answered from the catalogue alone,
and what is worth asking. All of it is code; none of it calls a model.
"""
