"""申請の窓口: the clerk fills in a form beside the applicant, with the pages of the portal; the applicant signs with the card or by hand."""
