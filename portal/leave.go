package portal

// leave ends the visit: the cookie opens nothing any more.
func (p *Portal) leave(v *visit) error {
	if err := v.end(); err != nil {
		return err
	}
	return v.answer("您已退出", "You have left the page",
		[2]string{"这台设备上不会留下任何内容。", "Nothing of it stays on this device."},
		[2]string{"需要时，可以再用短信中的查询码或链接进入。", "You can come back with the code or the link of our message."})
}

// end ends the session.
func (v *visit) end() error {
	if err := v.Desk.Store().EndPortalSession(v.r.Context(), v.cookie); err != nil {
		return err
	}
	v.give(v.cookieName(), "", -1)
	v.cookie, v.guest = "", nil
	return nil
}
