// Package bus has what the other packages of Ferry need of D-Bus on Linux: connections that
// start no bus, calls, signals, and properties of services that start and end at any time
// ([WatchProperty]). All of them have a limit of time, because a bus or a service may accept a
// connection or a call and never answer. On other systems it is empty.
package bus
