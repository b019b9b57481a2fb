"""CDS Hooks 2.0: what is known of a patient in an electronic record → cards in it. See docs/cds_hooks.md."""
