"""The modules that a family's page runs: their addresses carry its version, so they are asked of the page itself."""

MODULE = "(name => import(new URL(`${name}.js`, document.querySelector('script[type=module]').src)))"
"""In JavaScript, what gives the module of this name, as the page has it."""
REFRESH = f"() => {MODULE}('session').then(session => session.refresh())"
