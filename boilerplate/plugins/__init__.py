"""Site plugins: rules and code for single sites, found, matched and isolated."""
