"""What an administrator does to a model: an edit of a curve, a stated prevalence in; a version with its effect out."""
