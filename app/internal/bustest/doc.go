// Package bustest has D-Bus daemons for tests. It is for tests only, and empty on systems
// other than Linux.
package bustest
