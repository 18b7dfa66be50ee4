"""HTTP machinery: it imports core only and knows no feature."""
