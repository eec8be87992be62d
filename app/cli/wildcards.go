package cli

import (
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// expandAll replaces each path whose last element has a wildcard by the files that it
// stands for, as the shells of other systems do before they start a program. A path that
// stands for none remains as it is, so that it is reported as not found.
func expandAll(paths []string) []string {
	var all []string
	for _, path := range paths {
		if found := expand(path); len(found) > 0 {
			all = append(all, found...)
		} else {
			all = append(all, path)
		}
	}
	return all
}

// expand returns the files and folders that a path with a wildcard stands for, sorted by
// name; none for a path without one. Only the last element may have wildcards.
func expand(path string) []string {
	dir, pattern := filepath.Split(path)
	if !strings.ContainsAny(pattern, "*?") {
		return nil
	}
	read := dir
	if read == "" {
		read = "."
	}
	entries, err := os.ReadDir(read)
	if err != nil {
		return nil
	}
	var found []string
	for _, entry := range entries {
		if matchesWildcards(strings.ToLower(pattern), strings.ToLower(entry.Name())) {
			found = append(found, dir+entry.Name())
		}
	}
	return found
}

// matchesWildcards reports whether a name matches a pattern, in which * stands for any
// characters, also none, and ? for one. Unlike in [filepath.Match], no other character has
// a meaning: names on Windows contain brackets. As in cmd, *.* stands for all names.
func matchesWildcards(pattern, name string) bool {
	if pattern == "*.*" {
		return true
	}
	// After a star, more and more of the name is left to it.
	star, rest := -1, 0
	p, n := 0, 0
	for n < len(name) {
		_, size := utf8.DecodeRuneInString(name[n:])
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, rest = p, n
			p++
		case p < len(pattern) && pattern[p] == '?':
			p, n = p+1, n+size
		case strings.HasPrefix(pattern[p:], name[n:n+size]):
			p, n = p+size, n+size
		case star >= 0:
			_, skipped := utf8.DecodeRuneInString(name[rest:])
			rest += skipped
			p, n = star+1, rest
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
