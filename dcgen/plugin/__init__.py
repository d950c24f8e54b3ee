"""dcgen as a plugin of the docker command: where its file is, and how Docker calls it."""
