package cli

// expandPaths replaces paths with wildcards by the files that they stand for: cmd and
// PowerShell pass them on as they were typed.
func expandPaths(paths []string) []string { return expandAll(paths) }
