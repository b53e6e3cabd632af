//! Findings and their output: text, JSON, fingerprints.
