"""The faces of the server: OpenAI-compatible chat, REST, health, and the page. `app.create_app` puts them together."""
