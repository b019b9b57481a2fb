"""Makes what the app ships with: the two trained models, their evaluation against peers, and docs/model_card.md."""
