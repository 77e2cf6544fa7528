"""Many pages: archives and folders to shards, on all cores or a cluster."""
