"""Signing in: passwords, lock-out, the second factor, sessions, and the gates every page stands behind.

The order of the gates: signed in → password one's own → second factor → page (gates.py). Nothing here knows about
children.
"""
