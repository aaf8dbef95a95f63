/** What a report is about, and who made it. */
export interface Judged {
	/** The program or file, as the user named it. */
	source: string;
	pack: { name: string; version: string };
	/** What was not seen: sentences for people. */
	notes: string[];
}
