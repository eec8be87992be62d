package app

import "context"

// takeRequests serves requests from outside the window until ctx ends.
func (sh *shell) takeRequests(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case request, open := <-sh.config.Requests:
			if !open {
				return
			}
			sh.bridge.Post(func() { sh.serve(request) })
		}
	}
}

// serve adds the paths of a request, opens the dialog for its new server, or shows the
// window if it has neither. The user saves the server; nothing is sent to it before.
func (sh *shell) serve(request Request) {
	if len(request.Paths) > 0 {
		sh.adder.addOrWait(fromProgram, request.Paths, 0)
		return
	}
	sh.visibility.open()
	if server := request.NewServer; server != nil {
		sh.servers.Propose(server.Name, server.Endpoint)
	}
}
