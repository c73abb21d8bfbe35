"""From a site's bare address to a source file: the walk to its column of annual reports, and a list read on trial."""
