"""How ``dcgen advise`` shows what was found: a table, a graph, a page, and the commands."""
