// Package layers holds Ferry's layers apart: which package may reach which, by
// whatever way. It has no code of its own, only the test that lists what every
// package depends on and names the reason for each ban.
//
//	main → app/program → app → widgets, assets, uploader
//	main → app/program → db → uploader
//
// The lint rules of depguard say the same of direct imports, earlier and in the
// editor; this test also sees what comes in through a third package. What tests
// import does not count.
package layers
