function inner(x) { return x.missing.property; }
inner({});
