// The bodies are in another language; gossa.toml says what they do.
