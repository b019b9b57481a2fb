"""Image models: retinal photos and chest films, each with its checks, its reasons and its limits."""
