// Functions without bodies are allowed in packages with assembly.
