// Package bus has what the other packages of Ferry need of D-Bus on Linux: connections that
// start no bus, signals, and properties of services that start and end at any time
// ([WatchProperty]). On other systems it is empty.
package bus
