"""The trial of invented retinal photos: photos of two data sets in; weights, figures and docs/generated_images.md out.

Run by whoever changes the generator: ``python -m riskmodels.shipping.generated_images --shared ../shared``.
"""
