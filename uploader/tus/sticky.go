package tus

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
)

// maxOtherNode is how often in a row a response that an upload does not exist is taken for one of
// another node.
const maxOtherNode = 3

// addCookies adds the cookies for a request, and returns them. Those that the user has
// configured as a header take precedence.
func (c *Client) addCookies(httpReq *http.Request, r request) []cookie {
	cookies := c.Jar.forRequest(r.url, r.upload)
	configured := httpReq.CookiesNamed
	cookies = slices.DeleteFunc(cookies, func(k cookie) bool { return len(configured(k.Name)) > 0 })
	for _, k := range cookies {
		httpReq.AddCookie(&http.Cookie{Name: k.Name, Value: k.Value, Quoted: k.Quoted}) //nolint:gosec // a request has no attributes
	}
	return cookies
}

// keepCookies keeps the cookies that a response sets. One that says that an upload does not
// exist may be of another node than that of the upload, which keeps its own.
func (c *Client) keepCookies(r request, resp *response) {
	upload := r.upload
	switch {
	case resp.status/100 == 2:
		c.Jar.uploadExists(upload)
	case isGoneStatus(resp.status):
		upload = ""
	}
	c.Jar.store(resp.url, upload, resp.header)
	if r.op == fault.Create {
		c.Jar.first.responded()
	}
}

// bindCookies makes the cookies of a request that created an upload, and those of its
// response, the cookies of that upload.
func (c *Client) bindCookies(upload Upload, resp *response) {
	c.Jar.bind(upload.URL, resp.cookies)
	c.Jar.bind(upload.URL, parseCookies(resp.url, resp.header, time.Now()))
}

// faultOfOtherNode makes the fault of a response that an upload does not exist a transient one if the
// response replaces a cookie that was sent: the load balancer used another node.
func (c *Client) faultOfOtherNode(r request, resp *response, f *fault.Fault) *fault.Fault {
	if r.upload == "" || !isGoneStatus(resp.status) || f.Kind != fault.Gone {
		return f
	}
	now := time.Now()
	another := slices.ContainsFunc(parseCookies(resp.url, resp.header, now), func(set cookie) bool {
		return slices.ContainsFunc(resp.cookies, func(sent cookie) bool {
			return sent.Host == set.Host && sent.Path == set.Path && sent.Name == set.Name && (sent.Value != set.Value || set.expired(now))
		})
	})
	if another && c.Jar.countOtherNode(r.upload) {
		f.Kind, f.Code = fault.Transient, fault.CodeOtherNode
	}
	return f
}

func isGoneStatus(status int) bool { return status == http.StatusNotFound || status == http.StatusGone }

// countOtherNode counts a response of another node that an upload does not exist. It reports
// false if there were maxOtherNode in a row: then the upload does not exist.
func (j *Jar) countOtherNode(upload string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.otherNode[upload] >= maxOtherNode {
		return false
	}
	j.otherNode[upload]++
	return true
}

// uploadExists resets the count of responses of another node about an upload.
func (j *Jar) uploadExists(upload string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.otherNode, upload)
}

// maxFirstCreation limits how long others wait for the first response.
const maxFirstCreation = 2 * time.Second

// firstCreation lets one request that creates an upload go first, whose response may set a
// cookie. Without it, each of several simultaneous requests gets another cookie, and parts
// of one file end up on different nodes.
type firstCreation struct {
	sending chan struct{} // a lock that can be awaited with a context
	known   chan struct{} // closed by the first response
	once    *sync.Once
}

func newFirstCreation() firstCreation {
	return firstCreation{sending: make(chan struct{}, 1), known: make(chan struct{}), once: &sync.Once{}}
}

// responded ends the wait of all others.
func (f firstCreation) responded() { f.once.Do(func() { close(f.known) }) }

// begin waits until the first response was received, or until this request is the first.
// The function that it returns must be called after the request.
func (f firstCreation) begin(ctx context.Context) (end func()) {
	none := func() {}
	select {
	case <-f.known:
		return none
	default:
	}
	timer := time.NewTimer(maxFirstCreation)
	defer timer.Stop()
	select {
	case f.sending <- struct{}{}:
		return func() { <-f.sending }
	case <-f.known:
	case <-timer.C:
	case <-ctx.Done():
	}
	return none
}
