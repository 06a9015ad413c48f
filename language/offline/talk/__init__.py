"""The offline half that talks: understands chat, writes and revises mails, answers from passages. Never acts."""
