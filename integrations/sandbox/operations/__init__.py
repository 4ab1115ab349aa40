"""The operations of the API, one module per kind of thing.

Each takes a Call and returns the value that becomes the JSON body of a 200, or raises errors.Refusal.
"""
