"""Every noun of the house and its table."""

from service.models.clock import Tick
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
    UNANNOUNCED,
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
from service.models.sources import Gate, SourceCheck
from service.models.visits import Knock, UsedLink

__all__ = [
    "UNANNOUNCED",
    "Delivery",
    "DeliveryKind",
    "DeliveryState",
    "Digest",
    "DigestEntry",
    "Edition",
    "EditionState",
    "Feedback",
    "Gate",
    "IdentityKind",
    "Interest",
    "InterestKind",
    "Knock",
    "Paper",
    "PaperFeatures",
    "PaperIdentity",
    "PaperText",
    "RelevanceModel",
    "SourceCheck",
    "Space",
    "Subscriber",
    "SubscriberState",
    "Suppression",
    "Tick",
    "UsedLink",
    "Verdict",
]
