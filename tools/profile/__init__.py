"""profile_lookup: who this user is, from attributes, behaviour and decayed interests."""
