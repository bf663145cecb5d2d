"""A stand-in for Decidim's public GraphQL API, as OmaStadi runs it."""
