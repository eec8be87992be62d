package worker

import "github.com/ferryapp/ferry/uploader"

// RestoreCookies gives the protocol the saved cookies of its server.
func (r *Remote) RestoreCookies(saved string) {
	if keeper, ok := r.protocol.(uploader.CookieKeeper); ok {
		keeper.RestoreCookies(saved)
	}
}

// CookieVersion returns the version of the cookies, 0 if there are none that have changed.
func (r *Remote) CookieVersion() uint64 {
	if keeper, ok := r.protocol.(uploader.CookieKeeper); ok {
		return keeper.CookieVersion()
	}
	return 0
}

// ChangedCookies returns the cookies to be saved, and their version, if that is not the
// given one.
func (r *Remote) ChangedCookies(since uint64) (saved string, version uint64, changed bool) {
	if r.CookieVersion() == since {
		return "", since, false
	}
	if keeper, ok := r.protocol.(uploader.CookieKeeper); ok {
		saved, version = keeper.SavedCookies()
	}
	return saved, version, true
}

// ClearCookies removes the cookies of the server, as when another user signs in.
func (r *Remote) ClearCookies() {
	if keeper, ok := r.protocol.(uploader.CookieKeeper); ok {
		keeper.ClearCookies()
	}
}

// uploadEnded removes the cookies of an upload that is complete.
func (r *Remote) uploadEnded(url string) {
	if keeper, ok := r.protocol.(uploader.CookieKeeper); ok && url != "" {
		keeper.ForgetUpload(url)
	}
}
