// Package uploadtest provides test servers, proxies and stores for the tests of
// other packages.
//
// [NewTusd] runs tusd in this process and records its requests, [NewTusdProcess] does so
// in a process of its own. [NewTusdBinary]
// and [NewTusNode] run the programs tusd and @tus/server, which can be killed and
// restarted on the same port and directory, and [NewProgram] any other. [NewReference] is an in-memory server
// with extensions that those lack. [NewProxy] injects network faults and emulates a line between a
// client and a server, [NewGateway] injects HTTP responses, and [NewGate] holds uploads. [NewHTTPProxy] and
// [NewSOCKS5] are proxies for clients to use, and NewCA issues certificates.
// [TestStore] is the contract test of [uploader.Store].
//
// Everything ends with the test it was created for and is safe for concurrent
// use, unless its documentation says otherwise.
package uploadtest
