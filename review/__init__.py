"""The review site: the one room that knows HTTP. Its door is `review.app.create_app`, its script `facturier-review`."""
