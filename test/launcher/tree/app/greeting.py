TEXT = "from the application tree"
