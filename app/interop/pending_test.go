package interop_test

// pending are the cells of servers that do not work yet, with what Ferry lacks. They do
// not fail the test.
var pending = map[string]map[string]string{
	"tusd with hooks":     {"refused": needsWords},
	"@tus/server finish":  {"0 B": needsNoLocation, "6 B": needsNoLocation, "folder": needsNoLocation, "same name": needsNoLocation},
	"Directus":            allCells(needsOptions),
	"haproxy":             {"30 MB": needsCookies, "kill -9": needsCookies},
	"Supabase":            allCells(needsOptions),
	"Cloudflare Stream":   allCells(needsOptions),
	"Vimeo":               allCells("upload URLs on the command line"),
	"Bunny Stream":        allCells("the sign-in for each file on the command line"),
	"Transloadit":         allCells(needsOptions),
	"filebrowser":         allCells(needsOptions),
	"OpenCloud, ownCloud": allCells(needsOptions),
}

const (
	needsWords      = "the server's own words"
	needsCookies    = "cookies"
	needsNoLocation = "creations without a Location"
	needsOptions    = "options of a server on the command line"
)

// allCells returns the same reason for every cell.
func allCells(reason string) map[string]string {
	reasons := map[string]string{}
	for _, c := range cells() {
		reasons[c.name] = reason
	}
	return reasons
}
