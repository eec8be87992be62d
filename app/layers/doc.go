// Package layers tests the structure of the repository: which package may import
// which, and that the documentation names only what exists. It has no code of its own.
//
//	main → app/program → app → widgets, assets, uploader
//	main → app/program → db → uploader
//
// A ban holds for everything that a package reaches, also through other packages,
// unless it is about direct imports only. What tests import does not count. The lint
// rules of depguard (.golangci.yml) check the same for direct imports, in the editor.
package layers
