package console

import (
	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/signin"
)

// routes is the site map: every page and action with what it needs. TestEveryRouteAsks walks through it.
func (c *Console) routes() []route {
	return append([]route{
		{"GET /console/{$}", access.Own, c.home, inside},
		{"GET /console/", access.Own, c.lost, open},
		{"GET /console/me", access.Own, c.me, inside},

		{"GET /console/today", access.Today, c.today, inside},
		{"POST /console/hold", access.Hold, c.hold, inside},
		{"POST /console/release", access.Release, c.release, inside},

		{"GET /console/borrowers", access.Borrowers, c.borrowers, inside},
		{"POST /console/borrowers", access.Borrowers, c.find, inside},
		{"GET /console/borrowers/{id}", access.Borrowers, c.borrower, inside},
		{"POST /console/borrowers/{id}/unmask", access.Unmask, c.unmask, inside},

		{"GET /console/borrowers/{id}/write", access.Write, c.write, inside},
		{"POST /console/borrowers/{id}/write", access.Write, c.written, inside},

		{"POST /console/borrowers/{id}/agree", access.Agree, c.agree, inside},

		{"GET /console/approvals", access.Approve, c.approvals, inside},
		{"POST /console/approvals/{id}/approve", access.Approve, c.approve, inside},
		{"POST /console/approvals/{id}/refuse", access.Approve, c.refuse, inside},

		{"GET /console/exports", access.Export, c.exports, inside},
		{"POST /console/exports", access.Export, c.exportAsk, inside},
		{"POST /console/exports/{id}/fetch", access.Export, c.exportFetch, inside},
		{"GET /console/exports/second", access.ExportTwo, c.exportsSecond, inside},
		{"POST /console/exports/{id}/allow", access.ExportTwo, c.exportAllow, inside},
		{"POST /console/exports/{id}/refuse", access.ExportTwo, c.exportRefuse, inside},

		{"GET /console/inbox", access.Inbox, c.inbox, inside},
		{"GET /console/inbox/{id}", access.Inbox, c.errand, inside},
		{"POST /console/inbox/{id}/take", access.Inbox, c.take, inside},
		{"POST /console/inbox/{id}/hand-on", access.Inbox, c.handOn, inside},
		{"POST /console/inbox/{id}/close", access.Inbox, c.closed, inside},
		{"POST /console/inbox/{id}/correct", access.Correct, c.correct, inside},
		{"POST /console/inbox/{id}/answer", access.Write, c.answer, inside},

		{"GET /console/reports", access.Reports, c.reports, inside},
		{"GET /console/reports/sheet/{name}", access.Reports, c.sheet, inside},
		{"GET /console/reports/{portfolio}", access.Reports, c.reportFile, inside},
		{"GET /console/reports/{portfolio}/{file}", access.Reports, c.sheetFile, inside},

		{"GET /console/carriers", access.Carriers, c.carriers, inside},
		{"GET /console/carriers/unknown", access.Carriers, c.unknown, inside},
		{"POST /console/carriers/unknown", access.Carriers, c.sayOf, inside},
		{"GET /console/carriers/bills", access.Carriers, c.bills, inside},
		{"POST /console/carriers/bills", access.Carriers, c.billed, inside},
		{"POST /console/carriers/statement", access.Carriers, c.statement, inside},

		{"GET /console/imports", access.Import, c.imports, inside},
		{"POST /console/imports", access.Import, c.imported, inside},
		{"GET /console/imports/{id}", access.Import, c.importing, inside},
		{"GET /console/imports/{id}/bad.csv", access.Import, c.importBad, inside},
		{"POST /console/imports/{id}/check", access.Import, c.importCheck, inside},
		{"POST /console/imports/{id}/run", access.Import, c.importRun, inside},
		{"POST /console/imports/{id}/end", access.Import, c.importEnd, inside},

		{"GET /console/users", access.Users, c.users, inside},
		{"POST /console/users", access.Users, c.userAdd, inside},
		{"GET /console/users/{id}", access.Users, c.userPage, inside},
		{"POST /console/users/{id}/{do}", access.Users, c.userChange, inside},

		{"GET /console/audit", access.Audit, c.audit, inside},
	}, append(c.doorRoutes(), c.versionRoutes()...)...)
}

// doorRoutes are where somebody comes in and goes out.
func (c *Console) doorRoutes() []route {
	return []route{
		{"GET /console/sign-in", access.Own, c.signIn, open},
		{"POST /console/sign-in", access.Own, c.signedIn, open},
		{"GET /console/second", access.Own, c.second, doorstep},
		{"POST /console/second", access.Own, c.seconded, doorstep},
		{"POST /console/second/ask", access.Own, c.secondAsk, doorstep},
		{"POST /console/second/passkey", access.Own, c.secondByPasskey, doorstep},
		{"POST /console/passkey/ask", access.Own, c.passkeyAsk, open},
		{"POST /console/passkey", access.Own, c.passkeyEnter, open},
		{"POST /console/passkeys/ask", access.Own, c.passkeyOffer, doorstep},
		{"POST /console/passkeys", access.Own, c.passkeyAdd, doorstep},
		{"POST /console/passkeys/{id}/remove", access.Own, c.passkeyRemove, inside},
		{"POST /console/passkeys/{id}/rename", access.Own, c.passkeyRename, inside},
		{"POST /console/me/prove", access.Own, c.prove, inside},
		{"POST /console/me/prove/ask", access.Own, c.proveAsk, inside},
		{"POST /console/me/prove/passkey", access.Own, c.proveByPasskey, inside},
		{"GET /console/me/app", access.Own, c.app, inside},
		{"POST /console/me/app", access.Own, c.appSet, inside},
		{"POST /console/me/app/remove", access.Own, c.appRemove, inside},
		{"POST /console/me/keys", access.Own, c.keys, inside},
		{"POST /console/me/codes", access.Own, c.newCodes, inside},
		{"POST /console/me/seen", access.Own, c.seen, inside},
		{"GET /console/sso", access.Own, c.ssoGo, open},
		{"GET " + signin.SSOBack, access.Own, c.ssoCame, open},
		{"GET /console/password", access.Own, c.password, doorstep},
		{"POST /console/password", access.Own, c.passworded, doorstep},
		{"GET /console/factor", access.Own, c.factor, doorstep},
		{"POST /console/factor", access.Own, c.factored, doorstep},
		{"GET /console/factor.png", access.Own, c.factorPicture, doorstep},
		{"POST /console/sign-out", access.Own, c.signOut, doorstep},
	}
}

// versionRoutes are those of what two people put in force: strategies, texts, and how far rules bind.
func (c *Console) versionRoutes() []route {
	return []route{
		{"GET /console/strategies", access.Strategies, c.strategies, inside},
		{"POST /console/strategies", access.Draft, c.draftStrategy, inside},
		{"GET /console/strategies/{id}", access.Strategies, c.strategy, inside},
		{"GET /console/strategies/{id}/compare", access.Strategies, c.compareStrategy, inside},
		{"GET /console/strategies/{id}/try", access.Strategies, c.tryStrategy, inside},
		{"POST /console/strategies/{id}/save", access.Draft, c.saveStrategy, inside},
		{"POST /console/strategies/{id}/ask", access.Draft, c.askStrategy, inside},
		{"POST /console/strategies/{id}/withdraw", access.Draft, c.withdrawStrategy, inside},
		{"POST /console/strategies/{id}/activate", access.Activate, c.activateStrategy, inside},
		{"POST /console/strategies/{id}/refuse", access.Activate, c.refuseStrategy, inside},
		{"POST /console/strategies/{id}/back", access.Activate, c.backStrategy, inside},
		{"POST /console/strategies/{id}/simulate", access.Strategies, c.simulate, inside},
		{"POST /console/strategies/{id}/simulate/end", access.Strategies, c.endSimulation, inside},

		{"GET /console/templates", access.Strategies, c.templates, inside},
		{"GET /console/templates/{id}", access.Strategies, c.text, inside},
		{"POST /console/templates/{id}/draft", access.Draft, c.draftText, inside},
		{"POST /console/templates/{id}/save", access.Draft, c.saveText, inside},
		{"POST /console/templates/{id}/ask", access.Draft, c.askText, inside},
		{"POST /console/templates/{id}/withdraw", access.Draft, c.withdrawText, inside},
		{"POST /console/templates/{id}/sign", access.Sign, c.signText, inside},
		{"POST /console/templates/{id}/refuse", access.Sign, c.refuseText, inside},
		{"POST /console/templates/{id}/back", access.Sign, c.backText, inside},
		{"POST /console/templates/{id}/file", access.Strategies, c.fileText, inside},

		{"GET /console/rulebooks", access.Strategies, c.rulebooks, inside},
		{"GET /console/rulebooks/{portfolio}/{book}", access.Strategies, c.rulebook, inside},
		{"POST /console/rulebooks/{portfolio}/{book}/sign", access.Sign, c.signBook, inside},
		{"POST /console/rulebooks/{portfolio}/{book}/confidence", access.Sign, c.askConfidence, inside},
		{"POST /console/confidence/{id}", access.Sign, c.decideConfidence, inside},
	}
}
