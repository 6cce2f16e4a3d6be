"""The employer's part: a certificate of employment (就労証明書) filled online by the employer, straight into the employee's application."""
