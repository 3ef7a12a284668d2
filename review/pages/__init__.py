"""One module a page; each has a `router`. review.app.PAGES lists them, review.rights.ROUTES says who may enter."""
