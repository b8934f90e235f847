"""Rights of the child and the parents: notice and consent, requests, the time of keeping, erasure."""
