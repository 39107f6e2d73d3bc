let x = ; // a syntax error
