"""Offline evaluation: how good the product's slates and chances are beside other libraries', under fixed protocols.

Ours is never a model made for evaluation: `product.py` fits what `train` fits and ranks what `recommend --users` ranks.
"""
