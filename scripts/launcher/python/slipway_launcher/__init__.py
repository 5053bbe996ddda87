"""One launcher for every channel: configuration, keys, privileges, then the application in the same process."""
