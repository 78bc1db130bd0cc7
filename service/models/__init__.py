"""Every noun of the house and its table."""

from service.models.editions import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    Edition,
    EditionState,
    Feedback,
    Verdict,
)
from service.models.papers import (
    Digest,
    DigestEntry,
    IdentityKind,
    Paper,
    PaperFeatures,
    PaperIdentity,
    PaperText,
    Space,
)
from service.models.readers import (
    Interest,
    InterestKind,
    RelevanceModel,
    Subscriber,
    SubscriberState,
    Suppression,
)

__all__ = [
    "Delivery",
    "DeliveryKind",
    "DeliveryState",
    "Digest",
    "DigestEntry",
    "Edition",
    "EditionState",
    "Feedback",
    "IdentityKind",
    "Interest",
    "InterestKind",
    "Paper",
    "PaperFeatures",
    "PaperIdentity",
    "PaperText",
    "RelevanceModel",
    "Space",
    "Subscriber",
    "SubscriberState",
    "Suppression",
    "Verdict",
]
