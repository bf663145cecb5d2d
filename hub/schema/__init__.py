"""One file = one subject: GraphQL types that read records' attributes, and resolvers of one line."""
