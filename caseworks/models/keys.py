"""Which keys this database was sealed with."""

from django.db import models


class KeyCheck(models.Model):
    """The canary of a key: a known text sealed with it when it came into use.

    A key that does not open its canary is another key under the same number. Used with the database it would find
    nothing, read nothing, and write values that the right key cannot read; so the registry does not start with it.
    """

    purpose = models.CharField(max_length=5)
    identifier = models.PositiveSmallIntegerField()
    canary = models.BinaryField(max_length=64)
    used_since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["purpose", "identifier"], name="one_canary_per_key")]
